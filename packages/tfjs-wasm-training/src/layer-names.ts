import { engine, type TensorInfo } from "@tensorflow/tfjs-core";
import { isProfiling } from "./profile.ts";

/** Filters by the feature map that went through them: the weight gradient has the map, but not the filter. */
const filterOfMap = new WeakMap<object, string>();

/** The name of the variable whose values a tensor has. */
function variableOf({ dataId }: TensorInfo): string | undefined {
  const variables = Object.values(engine().state.registeredVariables);
  return variables.find((variable) => variable.dataId === dataId)?.name;
}

/** The layer of a call that has a filter, while a profile is being made. */
export function layerOfFilter(filter: TensorInfo): string | undefined {
  return isProfiling() ? variableOf(filter) : undefined;
}

/** Remembers what filter a feature map goes through, while a profile is being made. */
export function rememberFilter(map: TensorInfo, filter: TensorInfo): void {
  const name = layerOfFilter(filter);
  if (name !== undefined) filterOfMap.set(map.dataId, name);
}

export const layerOfMap = (map: TensorInfo): string | undefined => filterOfMap.get(map.dataId);
