import { csvTable } from "./csv-table.ts";
import { operationNm, operationVoltage } from "./operations.ts";

type Coefficient = "a2" | "a1" | "a0" | "d3" | "d2" | "d1" | "d0";

/**
 * Stillmaker and Baas, "Scaling equations for the accurate prediction of CMOS device performance from 180 nm to 7 nm",
 * Integration 58, 2017. Energy factor = a2 V^2 + a1 V + a0, delay factor = d3 V^3 + d2 V^2 + d1 V + d0; energy scales by
 * the ratio destination / source.
 */
export const scalingRows = csvTable<Readonly<Record<"node" | Coefficient, string>>>(`
node,d3,d2,d1,d0,a2,a1,a0
65,-53.3,230.4,-333.9,178.6,3.755,-4.398,1.975
45HP,-501.6,1567,-1619,566.1,1.018,-0.3107,0.1539
45LP,-285.7,1239,-1795,898.8,1.103,-0.362,0.2767
32HP,-1047,2982,-2797,873.5,0.8367,-0.4341,0.1701
32LP,-325.9,1374,-1922,913.2,0.9559,-0.7823,0.471
20HP,0,34.63,-66.37,41.15,0.373,-0.1582,0.04104
16HP,0,24.8,-47.52,28.87,0.2958,-0.1241,0.03024
7HP,-28.58,76.6,-70.26,24.69,0.1776,-0.09097,0.02447
`);

/** A node's place in the table: a row, or two neighbours and the share of each. */
export type ScalingPlace = readonly (readonly [row: string, share: number])[];

/** A polynomial in the voltage, its coefficients from the highest power on. */
const factor = (place: ScalingPlace, voltage: number, coefficients: readonly Coefficient[]): number =>
  place.reduce((sum, [name, share]) => {
    const row = scalingRows.find(({ node }) => node === name)!;
    return sum + share * coefficients.reduce((value, one) => value * voltage + Number(row[one]), 0);
  }, 0);

const energyFactor = (place: ScalingPlace, voltage: number): number =>
  factor(place, voltage, ["a2", "a1", "a0"]);
const delayFactor = (place: ScalingPlace, voltage: number): number =>
  factor(place, voltage, ["d3", "d2", "d1", "d0"]);

/** pJ at a node and voltage / pJ of the same operation at 45 nm (HP) and 0.9 V. */
export const energyScale = (place: ScalingPlace, voltage: number): number =>
  energyFactor(place, voltage) / energyFactor([["45HP", 1]], operationVoltage);

/** Time of a gate at a node and voltage / that of the same gate at 65 nm and 1.1 V. */
export const delayScale = (place: ScalingPlace, voltage: number): number =>
  delayFactor(place, voltage) / delayFactor([["65", 1]], 1.1);

/** Logic shrinks with the square of the node (assumed, D35). */
export const areaScale = (nm: number): number => (nm / operationNm) ** 2;
