import { imagenetResnet } from "./imagenet-resnet.ts";
import { bottleneck } from "./residual.ts";

export const resnet50 = imagenetResnet(50, "resnet50", bottleneck, [3, 4, 6, 3]);
