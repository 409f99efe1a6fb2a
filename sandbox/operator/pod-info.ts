/** The volume by which the executor reads its pod's annotations. */
export const PODINFO = {
  name: 'seldon-podinfo',
  downwardAPI: {
    items: [{ path: 'annotations', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.annotations' } }],
    defaultMode: 420,
  },
};
