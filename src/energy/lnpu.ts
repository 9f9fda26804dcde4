/**
 * What LNPU's chip was measured to do: operations are those of the dense layer, 2 a MAC, skipped ones counted. The first
 * point is that of 0.78 V and 50 MHz: 0.15 TFLOPS at 43.1 mW, both recalled, are 3.48 TFLOPS/W.
 */
export const lnpuPoints = [
  { inputZeros: 0, denseTopsPerWatt: 3.48, verified: "recalled" },
  { inputZeros: 0.9, denseTopsPerWatt: 25.3, verified: "yes (title); the share of zeros is recalled" },
] as const;

/** Where they were measured: what is put beside them has to be priced there. */
export const lnpuMeasured = { nm: 65, voltage: 0.78, format: "fp8" } as const;

/** pJ of a MAC of the dense layer at a measured point. */
const pjPerMac = ({ denseTopsPerWatt }: (typeof lnpuPoints)[number]): number => 2 / denseTopsPerWatt;

const [dense, sparse] = lnpuPoints;

/** A product that is made, at 65 nm and FP8: from the two points, with those that are skipped. */
const pjPerProduct = (pjPerMac(dense) - pjPerMac(sparse)) / (sparse.inputZeros - dense.inputZeros);

/** A MAC of the dense layer, whether its product is made or skipped. */
const pjPerDenseMac = pjPerMac(dense) - (1 - dense.inputZeros) * pjPerProduct;

/**
 * LNPU's energy on chip, in pJ, without DRAM: a + b x (1 - zeros) for each MAC of the dense layer. Both constants follow
 * from LNPU's two points and from nothing else (assumed, D33). Taps in the padding are zeros that it skips.
 *
 * @param denseMacs of the layer, without any zero skipped
 * @param products that LNPU makes, by zeros of one operand
 */
export const lnpuPj = (denseMacs: number, products: number): number =>
  pjPerDenseMac * denseMacs + pjPerProduct * products;

/** The share of input zeros at which LNPU has this efficiency in dense-equivalent operations. */
export const lnpuZerosAt = (denseTopsPerWatt: number): number =>
  1 - (2 / denseTopsPerWatt - pjPerDenseMac) / pjPerProduct;
