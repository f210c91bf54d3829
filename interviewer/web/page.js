// Before textual.js: what it makes may be made under the page's rules, and why a connection ended is shown.
{
  const nonce = document.currentScript.nonce;
  const create = document.createElement.bind(document);
  document.createElement = (name, ...given) => {
    const made = create(name, ...given);
    if (name === "style") made.nonce = nonce;
    return made;
  };
  const address = new URL("ws", location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  address.search = address.hash = "";
  document.querySelector("#terminal").dataset.sessionWebsocketUrl = address.href;
  window.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      let opened = false;
      this.addEventListener("open", () => { opened = true; });
      this.addEventListener("close", (event) => {
        if (!opened) location.replace("no-room");
        document.querySelector("#why").textContent = event.reason;
      });
    }
  };
}
// Keys go to the program from the first moment, without a click on the page before.
window.addEventListener("load", () => {
  const focus = () => document.querySelector(".xterm-helper-textarea")?.focus();
  new MutationObserver(focus).observe(document.body, { attributes: true, attributeFilter: ["class"] });
  focus();
});
