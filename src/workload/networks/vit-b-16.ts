import { connect, convolve, type Maps, network, type Placed } from "./network.ts";

const width = 768;
/** 14 x 14 patches and the class token */
const tokens = 197;

export const vitB16 = network(
  {
    title: "ViT-B/16",
    source:
      "torchvision vit_b_16: Dosovitskiy et al., arXiv 2010.11929; attention itself has no weights and is left out; GELU: no zeros",
    input: [3, 224, 224],
  },
  (batch) => {
    const maps = (C: number): Maps => ({ N: batch * tokens, C, H: 1, W: 1 });
    const picture = { N: batch, C: 3, H: 224, W: 224 };
    const placed: Placed[] = [convolve("conv_proj", picture, { K: width, kernel: 16, stride: 16 })];
    for (let i = 0; i < 12; i++) {
      const name = `encoder.layers.encoder_layer_${i}`;
      placed.push(
        connect(`${name}.self_attention.in_proj`, maps(width), 3 * width),
        connect(`${name}.self_attention.out_proj`, maps(width), width),
        connect(`${name}.mlp.0`, maps(width), 4 * width),
        connect(`${name}.mlp.3`, maps(4 * width), width),
      );
    }
    return [...placed, connect("heads.head", { N: batch, C: width, H: 1, W: 1 }, 1000)];
  },
);
