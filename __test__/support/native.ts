import type { SharedChild } from 'shared-child'
import { Events, type NativeChild } from 'shared-child/native'

/** A connection whose events nobody needs: the AsyncTask trio and the sync forms work without them. */
const events = new Events(() => {
  const records = new Float64Array(8 * 64)
  while (events.drain(records) * 8 === records.length);
})

/** The native handle on the same child, with the AsyncTask trio. */
export function nativeOf(child: SharedChild): NativeChild {
  const native = events.attach(child.share().sharedChild)
  if (native === null) throw new Error('the native layer does not know its own token')
  return native
}
