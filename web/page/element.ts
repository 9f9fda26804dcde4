/** What an element has: attributes by name, and listeners under `on` and the name of their event. */
type Attributes = Readonly<Record<string, string | number | boolean | undefined | ((event: Event) => void)>>;
export type Child = Node | string | undefined;

/** An HTML element. A switch that is off and what is undefined are left out. Texts are texts, never markup. */
export const h = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] => filled(document.createElement(tag), attributes, children);

/** An SVG element. */
export const s = <K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[K] =>
  filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

function filled<E extends Element>(element: E, attributes: Attributes, children: readonly Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/** The element of the page with this id, which its file has. */
export const at = <E extends HTMLElement = HTMLElement>(id: string): E => document.getElementById(id) as E;

/**
 * Puts these in the place of what is in an element. What looks the same stays, so that nothing is taken away under a click or while it
 * is dragged: a listener that depends on what is not seen has to ask for it when it is called. The focus stays, by its element's id.
 */
export function put(element: Element, ...children: readonly Child[]): void {
  const given = children.filter((child) => child !== undefined);
  const nodes = given.map((child) => (typeof child === "string" ? document.createTextNode(child) : child));
  const { childNodes, ownerDocument } = element;
  if (nodes.length === childNodes.length && nodes.every((node, i) => node.isEqualNode(childNodes[i]))) return;
  const { activeElement } = ownerDocument;
  const id = activeElement && element.contains(activeElement) ? activeElement.id : "";
  element.replaceChildren(...nodes);
  if (id) ownerDocument.getElementById(id)?.focus({ preventScroll: true });
}

/** A drawn document of the product as an element; all texts in it were escaped where it was drawn. */
export function drawn(svg: string): SVGElement {
  const { documentElement } = new DOMParser().parseFromString(svg, "image/svg+xml");
  // it is one picture with a title, and what is in it has no name of its own
  for (const part of documentElement.querySelectorAll("g[aria-label]")) part.removeAttribute("aria-label");
  return document.importNode(documentElement, true) as unknown as SVGElement;
}
