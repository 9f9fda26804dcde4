import { imagenetResnet } from "./imagenet-resnet.ts";
import { basicBlock } from "./residual.ts";

export const resnet34 = imagenetResnet(34, "resnet34", basicBlock, [3, 4, 6, 3]);
