import { imagenetResnet } from "./imagenet-resnet.ts";
import { basicBlock } from "./residual.ts";

export const resnet18 = imagenetResnet(18, "resnet34", basicBlock, [2, 2, 2, 2]);
