// A soft sound of two tones, made on the spot: no file to fetch, no player to ask for.
let audio: AudioContext | null = null

export function chime(): void {
  audio ??= new AudioContext()
  const start = audio.currentTime
  const volume = audio.createGain()
  volume.gain.setValueAtTime(0.06, start)
  volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.45)
  volume.connect(audio.destination)
  for (const [pitch, delay] of [[659, 0], [880, 0.12]] as const) {
    const tone = audio.createOscillator()
    tone.frequency.value = pitch
    tone.connect(volume)
    tone.start(start + delay)
    tone.stop(start + 0.45)
  }
}
