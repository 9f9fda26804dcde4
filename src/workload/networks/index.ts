import { alexnet } from "./alexnet.ts";
import { densenet121 } from "./densenet121.ts";
import { googlenet } from "./googlenet.ts";
import { lstm } from "./lstm.ts";
import { mobilenetv2 } from "./mobilenetv2.ts";
import type { Network } from "./network.ts";
import { resnet18 } from "./resnet18.ts";
import { resnet20 } from "./resnet20.ts";
import { resnet34 } from "./resnet34.ts";
import { resnet50 } from "./resnet50.ts";
import { vgg8 } from "./vgg8.ts";
import { vgg16 } from "./vgg16.ts";
import { vitB16 } from "./vit-b-16.ts";

/** The networks by the names that users type. A new one is a file and a line here. */
export const networks: Readonly<Record<string, Network>> = {
  alexnet,
  vgg16,
  resnet18,
  resnet34,
  resnet50,
  mobilenetv2,
  densenet121,
  googlenet,
  "vit-b-16": vitB16,
  lstm,
  resnet20,
  vgg8,
};
