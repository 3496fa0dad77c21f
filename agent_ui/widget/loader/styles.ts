// The only styles of the loader. They live in a shadow root as a constructed sheet: the host page's rules do not reach
// them, they do not reach the page, and a host policy without 'unsafe-inline' still allows them.

export const styles = `
:host { all: initial !important; }
* { box-sizing: border-box; }
.launcher {
  position: fixed; bottom: 20px; z-index: 2147483000; width: 60px; height: 60px; padding: 0; border: 0; border-radius: 50%;
  display: grid; place-items: center; cursor: pointer; background: var(--fill); color: var(--on);
  box-shadow: 0 2px 6px rgb(15 23 32 / .16), 0 10px 28px rgb(15 23 32 / .2); transition: transform .18s ease, box-shadow .18s ease;
}
.launcher:hover { transform: translateY(-2px); }
.launcher:active { transform: scale(.96); }
.launcher:focus-visible { outline: 3px solid var(--fill); outline-offset: 3px; box-shadow: 0 0 0 3px #fff; }
.launcher svg { grid-area: 1 / 1; width: 28px; height: 28px; transition: opacity .18s ease, transform .18s ease; }
.launcher .down, .open .launcher .talk { opacity: 0; transform: rotate(-30deg) scale(.7); }
.open .launcher .down { opacity: 1; transform: none; }
.right .launcher, .right .panel { right: 20px; }
.left .launcher, .left .panel { left: 20px; }
.badge {
  position: absolute; top: -3px; right: -3px; min-width: 22px; height: 22px; padding: 0 6px; border-radius: 11px; border: 2px solid #fff;
  background: #c8321f; color: #fff; font: 600 12px/18px system-ui, sans-serif; text-align: center; font-variant-numeric: tabular-nums;
}
.badge[hidden] { display: none; }
.panel {
  position: fixed; bottom: 96px; z-index: 2147483001; width: min(400px, calc(100vw - 40px)); height: min(704px, calc(100vh - 120px));
  border-radius: 18px; overflow: hidden; background: #fff; color: #4a5560;
  box-shadow: 0 4px 12px rgb(15 23 32 / .1), 0 20px 56px rgb(15 23 32 / .24);
  visibility: hidden; opacity: 0; transform: translateY(12px) scale(.985); transform-origin: bottom right;
  transition: opacity .18s ease, transform .22s cubic-bezier(.2, .8, .2, 1), visibility 0s .22s;
}
.left .panel { transform-origin: bottom left; }
.dark .panel { background: #14191d; color: #aab4bc; }
.open .panel { visibility: visible; opacity: 1; transform: none; transition-delay: 0s; }
.full .panel { inset: 0 auto auto 0; width: 100vw; height: 100vh; height: 100dvh; border-radius: 0; box-shadow: none; }
.full.open .launcher, .bare .launcher { display: none; }
iframe { position: absolute; inset: 0; width: 100%; height: 100%; border: 0; color-scheme: normal; opacity: 0; transition: opacity .16s ease; }
.ready iframe { opacity: 1; }
.status { position: absolute; inset: 0; display: grid; place-content: center; gap: 16px; justify-items: center; margin: 0; padding: 32px; text-align: center; font: 15px/1.6 system-ui, sans-serif; }
.ready .status { display: none; }
.status button { min-height: 44px; padding: 0 20px; border: 0; border-radius: 22px; background: var(--fill); color: var(--on); font: inherit; cursor: pointer; }
@media (prefers-reduced-motion: reduce) { *, .launcher:hover { transition: none !important; transform: none !important; } }
@media print { .launcher, .panel { display: none; } }
@media (forced-colors: active) { .launcher, .panel { border: 1px solid; } }
`
