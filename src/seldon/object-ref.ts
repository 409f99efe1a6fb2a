/** Where an object is. */
export interface ObjectRef {
  readonly namespace: string;
  readonly name: string;
}
