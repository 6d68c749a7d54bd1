// Files that are recognised but hold no model that can be opened: what they are, and how to convert them.
import { UserError } from '../../contract/errors';
import type { ModelFiles } from './files';

const KNOWN =
  'Open a Keras .keras or .h5 file, an ONNX file, or a TensorFlow.js model.json with its weights.';
const FROM_PYTORCH =
  'In Python, load it with PyTorch and export it with torch.onnx.export(model, example, "model.onnx"), then open that file.';
const FROM_TENSORFLOW =
  'Convert it with tensorflowjs_converter --input_format=tf_saved_model FOLDER OUT, or with python -m tf2onnx.convert --saved-model FOLDER --output model.onnx, and open the result.';
const FROM_CHECKPOINT = 'Load it into its model in Python and save that with model.save("model.keras").';
const FROM_ORIGIN =
  'Open the model that it was made from, as .keras, .h5 or .onnx, or export it to ONNX with the framework’s own tool.';

/** Known by the ends of their names alone: what they are, and what to do. */
const BY_NAME: readonly (readonly [RegExp, string, string])[] = [
  [/\.(index|meta)$|\.ckpt$|\.data-\d+-of-\d+$/i, 'part of a TensorFlow checkpoint', FROM_CHECKPOINT],
  [/\.pb$/i, 'a TensorFlow graph', FROM_TENSORFLOW],
  [/\.mlmodel$/i, 'a Core ML model', FROM_ORIGIN],
  [/\.(caffemodel|prototxt)$/i, 'part of a Caffe model', FROM_ORIGIN],
  [/\.(weights|cfg)$/i, 'part of a Darknet model', FROM_ORIGIN],
  [/\.(engine|plan|trt)$/i, 'a TensorRT engine', FROM_ORIGIN],
  [/\.param$/i, 'part of an ncnn model', FROM_ORIGIN],
  [
    /\.(pdmodel|pdiparams|pdparams)$/i,
    'part of a PaddlePaddle model',
    'Convert it with paddle2onnx --model_dir FOLDER --model_filename MODEL --params_filename WEIGHTS --save_file model.onnx, and open the result.',
  ],
  [
    /\.mat$/i,
    'a MATLAB file',
    'In MATLAB, export the network with exportONNXNetwork(net, "model.onnx"), and open that file.',
  ],
];

/** Whether an archive is what torch.export.save writes. */
export const isTorchExport = ({ names }: ModelFiles): boolean =>
  names.some((entry) => /(^|\/)archive_format$/.test(entry));

/** Why a zip archive cannot be opened. */
export function refuseArchive(files: ModelFiles): UserError {
  const { name, names } = files;
  if (isTorchExport(files)) return new UserError(`${name} is a program of torch.export.`, FROM_PYTORCH);
  if (names.some((entry) => /(^|\/)constants\.pkl$/.test(entry))) {
    return new UserError(`${name} is a TorchScript archive, which holds code.`, FROM_PYTORCH);
  }
  if (names.some((entry) => /(^|\/)data\.pkl$/.test(entry))) {
    return new UserError(
      `${name} is a PyTorch pickle, which may hold code and often weights alone.`,
      FROM_PYTORCH,
    );
  }
  if (names.some((entry) => /(^|\/)saved_model\.pb$/.test(entry))) {
    return new UserError(`${name} holds a TensorFlow SavedModel.`, FROM_TENSORFLOW);
  }
  if (names.length > 0 && names.every((entry) => entry.endsWith('.npy'))) {
    return new UserError(
      `${name} holds NumPy arrays without a model.`,
      'Save the whole model from the framework that made it.',
    );
  }
  return new UserError(`${name} is an archive without a model in it.`, KNOWN);
}

/** Why a folder cannot be opened. */
export function refuseFolder({ name, names }: ModelFiles): UserError {
  if (
    names.includes('saved_model.pb') ||
    names.includes('saved_model.pbtxt') ||
    names.includes('keras_metadata.pb')
  ) {
    return new UserError(`${name} is a TensorFlow SavedModel.`, FROM_TENSORFLOW);
  }
  if (names.includes('checkpoint') || names.some((entry) => entry.endsWith('.index'))) {
    return new UserError(`${name} is a TensorFlow checkpoint: weights without their model.`, FROM_CHECKPOINT);
  }
  const model = names.find((entry) => /\.(keras|h5|hdf5|onnx|zip)$/i.test(entry));
  if (model !== undefined) {
    return new UserError(`There is no file model.json in ${name}.`, `Open ${model} itself.`);
  }
  return new UserError(`There is no file model.json in ${name}.`, KNOWN);
}

/** Why a JSON file cannot be opened: `content` is what it holds, `wrong` where that is no TensorFlow.js model. */
export function refuseJson(content: unknown, wrong: string, name: string): UserError {
  if (typeof content === 'object' && content !== null && 'class_name' in content && 'config' in content) {
    return new UserError(
      `${name} holds the layers of a Keras model without their weights.`,
      'Save the whole model with model.save("model.keras"), and open that file.',
    );
  }
  return new UserError(
    `${name} is no model that can be opened: ${wrong}.`,
    'Open the model.json of a TensorFlow.js model.',
  );
}

const ascii = (bytes: Buffer, from: number, to: number): string =>
  bytes.subarray(from, to).toString('latin1');

/** Why a file whose content is nothing known cannot be opened. */
export function refuseBytes(bytes: Buffer, name: string): UserError {
  if (bytes.length === 0) return new UserError(`${name} is empty.`, 'Copy the file again.');
  // pickles of protocol 2 and later; PyTorch's old files are a row of them
  if (bytes[0] === 0x80 && (bytes[1] ?? 0) >= 2 && (bytes[1] ?? 0) <= 5) {
    return new UserError(`${name} is a Python pickle, which may hold code.`, FROM_PYTORCH);
  }
  if (ascii(bytes, 4, 8) === 'TFL3') {
    return new UserError(
      `${name} is a TensorFlow Lite model.`,
      'Open the Keras or TensorFlow model that it was made from, or convert it with python -m tf2onnx.convert --tflite FILE --output model.onnx.',
    );
  }
  if (/^.{8}\{"/s.test(ascii(bytes, 0, 10)) && bytes.readUInt32LE(4) === 0) {
    return new UserError(`${name} is a safetensors file: weights without their model.`, FROM_PYTORCH);
  }
  if (ascii(bytes, 0, 6) === '\x93NUMPY') {
    return new UserError(`${name} is a NumPy array, no model.`, KNOWN);
  }
  if (ascii(bytes, 0, 4) === 'GGUF')
    return new UserError(`${name} is a GGUF file, of language models.`, KNOWN);
  if (/\.onnx$/i.test(name))
    return new UserError(`${name} is a damaged ONNX file.`, 'Copy the file again, or export it again.');
  if (/<net\s/.test(ascii(bytes, 0, 512))) return new UserError(`${name} is an OpenVINO model.`, FROM_ORIGIN);
  if (['ORTM', 'ET12'].includes(ascii(bytes, 4, 8)))
    return new UserError(`${name} is a model compiled for a device.`, FROM_ORIGIN);
  const known = BY_NAME.find(([end]) => end.test(name));
  if (known !== undefined) return new UserError(`${name} is ${known[1]}.`, known[2]);
  return new UserError(`${name} is no model of a known format.`, KNOWN);
}
