/** A verb on a resource, as in RBAC. */
export interface Permission {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
}

/** `patch seldondeployments.machinelearning.seldon.io`. */
export function describePermission({ verb, group, resource }: Permission): string {
  return `${verb} ${resource}${group === '' ? '' : `.${group}`}`;
}
