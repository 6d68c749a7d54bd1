// The commands that need TensorFlow, loaded once it is in place.
export { openDataset } from '../datasets/catalogue';
export { openIdx } from '../datasets/dataset';
export { answerQuestion } from './answer';
export { demo } from './demo';
export { inspectModel } from './inspect';
export { askQuestion } from './question';
export { trainModel } from './train';
export { openModel } from '../network/formats/open';
export { visualizeModel } from './visualize';
