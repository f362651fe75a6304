/** Whether a connector says of itself what people and the engine need. */
import type { AnyConnector } from "../../src/contract/Connector.ts"
import * as ConnectorOptions from "../../src/report/ConnectorOptions.ts"

const declarationProblems = ({ name, source, target, team, title }: AnyConnector): ReadonlyArray<string> => [
  ...(source === undefined && target === undefined && team === undefined
    ? [`connector "${name}" is neither a source nor a target: give it "source", "target" or both.`]
    : []),
  ...(title.trim() === "" ? [`connector "${name}" has no title: write its name as people do ("Zendesk").`] : [])
]

const optionProblems = (connector: AnyConnector): ReadonlyArray<string> => {
  const { asked = [], name } = connector
  const all = ConnectorOptions.of(connector)
  return [
    ...all
      .filter(({ description }) => description.trim() === "")
      .map(
        (option) =>
          `option "${option.name}" of connector "${name}" has no description: annotate it in the options' Schema with what it is and where to find its value.`
      ),
    ...asked
      .filter((option) => !all.some((one) => one.name === option))
      .map((option) => `connector "${name}" asks a new connection for "${option}", and has no such option: name one of its options in "asked".`),
    ...all
      .filter((option) => option.required && connector.asked !== undefined && !asked.includes(option.name))
      .map((option) => `connector "${name}" needs the option "${option.name}" and does not ask a new connection for it: add it to "asked".`)
  ]
}

/** Sentences that say what is missing and what to do about it; none if all is well. */
export const problems = (connector: AnyConnector): ReadonlyArray<string> => [...declarationProblems(connector), ...optionProblems(connector)]
