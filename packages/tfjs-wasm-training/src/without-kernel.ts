/**
 * Kernels that TensorFlow.js has on its cpu backend, and that neither its wasm backend nor this package has. None of them is
 * part of training by a layers-API model but FFT in a layer of your own.
 */
export const withoutKernel: readonly string[] = [
  "Complex",
  "ComplexAbs",
  "Draw",
  "FFT",
  "IFFT",
  "Imag",
  "RaggedGather",
  "RaggedRange",
  "RaggedTensorToTensor",
  "Real",
  "StaticRegexReplace",
];
