// What a .vue file is to tools that cannot read one; vue-tsc knows better.
declare module '*.vue' {
  import type { DefineComponent } from 'vue';

  const component: DefineComponent;
  export default component;
}
