/** Buttons that copy the command beside them. */

/** Where the clipboard is closed to the page, the text is selected for the reader to copy. */
const copy = async (code: HTMLElement): Promise<boolean> => {
  const selection = getSelection()
  selection?.selectAllChildren(code)
  try {
    await navigator.clipboard.writeText(code.textContent ?? "")
    selection?.removeAllRanges()
    return true
  } catch {
    return false
  }
}

const press = async (button: HTMLButtonElement): Promise<void> => {
  const code = button.parentElement?.querySelector("code")
  if (code == null) return
  button.textContent = (await copy(code)) ? "Copied" : "Selected"
  setTimeout(() => (button.textContent = "Copy"), 2000)
}

/** Shows the buttons within an element and lets them copy. */
export const install = (within: ParentNode): void => {
  for (const button of within.querySelectorAll<HTMLButtonElement>("button.copy")) {
    button.hidden = false
    button.addEventListener("click", () => void press(button))
  }
}
