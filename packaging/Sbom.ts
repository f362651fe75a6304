/** The bill of materials of a release, in CycloneDX: what the package holds and what it installs, out of what npm says of the whole checkout. */
import type { BundledPackage } from "./Notices.ts"

interface Component {
  readonly "bom-ref": string
  readonly name: string
  readonly version: string
  readonly scope?: string
  readonly properties?: ReadonlyArray<{ readonly name: string; readonly value: string }>
}

/** The parts that are looked at of a document of `npm sbom`; the others pass unchanged. */
export interface Sbom {
  readonly metadata: { readonly component: Component }
  readonly components: ReadonlyArray<Component>
  readonly dependencies: ReadonlyArray<{ readonly ref: string; readonly dependsOn: ReadonlyArray<string> }>
}

const development = "cdx:npm:package:development"
const isDevelopment = ({ properties = [] }: Component): boolean => properties.some(({ name }) => name === development)

/** Keeps what is installed at run time, and what is bundled as a required part. `name`: of the package, where npm takes the folder's. */
export const released = (all: Sbom, bundled: ReadonlyArray<Pick<BundledPackage, "name" | "version">>, name: string): Sbom => {
  const inside = new Set(bundled.map((one) => `${one.name}@${one.version}`))
  const components = all.components.flatMap((component) => {
    if (!isDevelopment(component)) return [component]
    if (!inside.has(`${component.name}@${component.version}`)) return []
    const properties = (component.properties ?? []).filter((property) => property.name !== development)
    return [{ ...component, scope: "required", properties: [...properties, { name: "groupbridge:bundled", value: "true" }] }]
  })
  const refs = new Set(components.map((component) => component["bom-ref"]))
  const { component } = all.metadata
  const dependencies = all.dependencies
    .filter(({ ref }) => refs.has(ref) || ref === component["bom-ref"])
    .map(({ dependsOn, ref }) => ({ ref, dependsOn: dependsOn.filter((one) => refs.has(one)) }))
  return { ...all, metadata: { ...all.metadata, component: { ...component, name } }, components, dependencies }
}
