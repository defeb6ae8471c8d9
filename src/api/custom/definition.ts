/** A CustomResourceDefinition as far as serving its kind needs it. @source kubernetes/apiextensions-apiserver pkg/apis/apiextensions/v1/types.go */
import type { Condition, KubeObject } from '../meta.ts';
import type { Schema } from './schema.ts';

export interface DefinitionNames {
  readonly plural: string;
  readonly singular?: string;
  readonly shortNames?: readonly string[];
  readonly kind: string;
  readonly listKind?: string;
  readonly categories?: readonly string[];
}

/** A version of the kind. Exactly one is stored. */
export interface DefinitionVersion {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly deprecated?: boolean;
  readonly deprecationWarning?: string;
  readonly schema?: { readonly openAPIV3Schema?: Schema };
  readonly subresources?: { readonly status?: object; readonly scale?: { readonly specReplicasPath: string; readonly statusReplicasPath: string; readonly labelSelectorPath?: string } };
  readonly additionalPrinterColumns?: readonly { readonly name: string; readonly type: string; readonly jsonPath: string; readonly format?: string; readonly description?: string; readonly priority?: number }[];
  readonly selectableFields?: readonly { readonly jsonPath: string }[];
}

export interface CustomResourceDefinition extends KubeObject {
  readonly spec: {
    readonly group: string;
    readonly names: DefinitionNames;
    readonly scope: string;
    readonly versions: readonly DefinitionVersion[];
    readonly preserveUnknownFields?: boolean;
    readonly conversion?: { readonly strategy?: string };
  };
  readonly status?: { readonly conditions?: readonly Condition[]; readonly acceptedNames?: DefinitionNames; readonly storedVersions?: readonly string[] };
}

/** Held by definitions until their objects are gone. */
export const CLEANUP_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';
