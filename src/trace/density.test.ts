import { describe, expect, it } from "vitest";
import { networks } from "../workload/networks/index.ts";
import { networkDensities, parseDensities } from "./density.ts";
import { imagenetZeroFractions } from "./density-imagenet.ts";

const of = (network: string, layer: string) => networkDensities(networks[network]).get(layer);
const nonzero = (zeros: number) => 1 - zeros;

describe("does each layer get the zeros that were measured at its place?", () => {
  it("VGG-16: a map's row is that of the ReLU or pool before it", () => {
    expect(of("vgg16", "features.0")?.fmap).toBe(1);
    expect(of("vgg16", "features.2")?.fmap).toBe(nonzero(0.4892)); // conv0
    expect(of("vgg16", "features.5")?.fmap).toBe(nonzero(0.586)); // pool0
    expect(of("vgg16", "features.28")?.fmap).toBe(nonzero(0.7954)); // conv11
    expect(of("vgg16", "classifier.0")?.fmap).toBe(nonzero(0.8353)); // pool4
    expect(of("vgg16", "classifier.6")?.fmap).toBe(nonzero(0.7547)); // fc2
  });

  it("VGG-16: an emap's is that of the ReLU or pool behind it", () => {
    expect(of("vgg16", "features.0")).toMatchObject({ emap: nonzero(0.4892) });
    expect(of("vgg16", "features.2")).toMatchObject({
      emap: nonzero(0.586),
      pool: { kernel: 2, stride: 2 },
    });
    expect(of("vgg16", "classifier.3")?.emap).toBe(nonzero(0.7547));
    expect(of("vgg16", "classifier.6")?.emap).toBe(1);
  });

  it("ResNet-34 and -50: row 1 is the stem's, the others are the blocks' in order; emaps are dense", () => {
    expect(of("resnet34", "layer1.0.conv1")?.fmap).toBe(nonzero(0.1762)); // row 1
    expect(of("resnet34", "layer1.0.conv2")?.fmap).toBe(nonzero(0.4815)); // row 2
    expect(of("resnet34", "layer1.1.conv1")?.fmap).toBe(nonzero(0.1523)); // row 3
    expect(of("resnet34", "layer4.2.conv2")?.fmap).toBe(nonzero(0.8254)); // row 32
    expect(of("resnet50", "layer1.0.conv2")?.fmap).toBe(nonzero(0.487)); // row 2
    expect(of("resnet50", "layer1.0.conv3")?.fmap).toBe(nonzero(0.3992)); // row 3
    expect(of("resnet50", "layer2.0.conv1")?.fmap).toBe(nonzero(0.3862)); // row 10
    expect(of("resnet50", "layer2.0.downsample.0")?.fmap).toBe(nonzero(0.3862));
    expect(of("resnet50", "layer4.2.conv3")?.fmap).toBe(nonzero(0.7434)); // row 48
    expect([...networkDensities(networks.resnet50).values()].every(({ emap }) => emap === 1)).toBe(true);
  });

  it("ResNet-18 takes ResNet-34's at the same relative depth, inner ReLUs from inner ones", () => {
    expect(of("resnet18", "layer4.1.conv2")?.fmap).toBe(nonzero(0.8254)); // the last inner one
    expect(of("resnet18", "layer1.1.conv1")?.fmap).toBe(nonzero(0.1523)); // the first block's output
  });

  it("what has no ReLU before it is dense: pictures, linear bottlenecks, averages, GELU, LSTM", () => {
    expect(of("mobilenetv2", "features.2.conv.0.0")?.fmap).toBe(1);
    expect(of("mobilenetv2", "features.2.conv.2")?.fmap).toBeLessThan(1);
    expect(of("resnet50", "fc")?.fmap).toBe(1);
    for (const name of ["vit-b-16", "lstm"])
      for (const densities of networkDensities(networks[name]).values())
        expect(densities).toEqual({ fmap: 1, emap: 1 });
  });

  it("every network finds a row for each of its places, and every row of ResNet-50 and VGG-16 that feeds a layer is used", () => {
    for (const network of Object.values(networks)) expect(networkDensities(network).size).toBeGreaterThan(0);
    const used = new Set([...networkDensities(networks.resnet50).values()].map(({ fmap }) => fmap));
    const { first, second, block } = imagenetZeroFractions.resnet50;
    for (const zeros of [...first!, ...second!, ...block!.slice(0, -1)])
      expect(used).toContain(nonzero(zeros));
  });

  it("the rows are as many as there are ReLUs and pools: 20, 33, 49", () => {
    const rows = Object.values(imagenetZeroFractions).map((places) => Object.values(places).flat().length);
    expect(rows).toEqual([20, 33, 49]);
  });
});

describe("can densities be given?", () => {
  it("for every layer at once, pools included", () => {
    const given = networkDensities(networks.vgg16, parseDensities("fmap=.4, emap=0.3,mask=1e-1"));
    for (const densities of given.values()) expect(densities).toEqual({ fmap: 0.4, emap: 0.3, mask: 0.1 });
    const masked = networkDensities(networks.vgg16, parseDensities("mask=.2")).get("features.2");
    expect(masked).toMatchObject({ mask: 0.2, pool: { kernel: 2, stride: 2 } });
  });

  it("others are refused in one line", () => {
    expect(() => parseDensities("weights=.4")).toThrow('unknown density "weights"; known: fmap, emap, mask');
    expect(() => parseDensities("fmap=1.5")).toThrow('density fmap must be a number from 0 to 1, got "1.5"');
    expect(() => parseDensities("mask=5:4")).toThrow(
      'density mask must be N:M, 1 to M of M neighbours and M 32 at most, such as 2:4, got "5:4"',
    );
    expect(() => parseDensities("fmap=2:4")).toThrow('density fmap must be a number from 0 to 1, got "2:4"');
    expect(() => parseDensities("fmap=")).toThrow('density fmap must be a number from 0 to 1, got ""');
    expect(() => parseDensities("fmap")).toThrow("must be a number");
    expect(() => parseDensities("emap=-.1")).toThrow("must be a number");
    expect(() => parseDensities("emap=.1,emap=.2")).toThrow("density emap is given twice");
    expect(() => parseDensities("")).toThrow('unknown density ""');
  });
});
