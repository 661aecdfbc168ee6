// Resolves other spellings to known names: with a module prefix, in different case, without the usual ending, or under another library's
// name.

/** `torch.nn.`, `optim.lr_scheduler.`, `tf.keras.layers.` and the like. */
const MODULES =
  /^(?:torch\.)?(?:nn\.functional|nn|optim\.lr_scheduler|optim|lr_scheduler|functional|F)\.(?:modules\.)?|^(?:(?:torchvision\.)?transforms|T)\.(?:v2\.)?|^(?:(?:tf|tensorflow)\.)?(?:keras\.)?(?:layers|losses|optimizers|activations|metrics)\./;

/** No known name is longer. */
const LONGEST = 100;

export function fold(name: string): string {
  return name.toLowerCase().replaceAll(/[_\-\s]/g, '');
}

/** @returns the known name, which may be the given one; null if there is no unambiguous match */
export function canonicalName(
  given: string,
  known: ReadonlySet<string>,
  aliases: Readonly<Record<string, string>>,
  endings: readonly string[] = [],
): string | null {
  if (known.has(given)) return given;
  if (given.length > LONGEST) return null;
  const bare = given.trim().replace(MODULES, '').replace(/\(\)$/, '');
  if (known.has(bare)) return bare;
  const wanted = fold(bare);
  const alias = Object.hasOwn(aliases, wanted) ? aliases[wanted]! : null;
  if (alias !== null && known.has(alias)) return alias;
  const meant = new Set([wanted, ...endings.map((ending) => wanted + ending)]);
  const found = [...known].filter((name) => meant.has(fold(name)));
  return found.length === 1 ? found[0]! : null;
}
