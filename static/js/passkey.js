/* Forms of passkeys: <form data-passkey="create|get"> with `data-options` (JSON) or, where the page is not
   for one person, `data-options-from` (address). The answer goes into the field [name=credential]; what went
   wrong is said in the form's [data-passkey-problem], in the words of its data-… attributes. */
"use strict";
(() => {
  const REASONS = { NotAllowedError: "refused", AbortError: "refused", InvalidStateError: "known", SecurityError: "address" };

  async function options(form) {
    if (form.dataset.options) return JSON.parse(form.dataset.options);
    const answer = await fetch(form.dataset.optionsFrom, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`answered ${answer.status}`);
    return (await answer.json()).request_options;
  }

  async function made(form) {
    const asked = await options(form);
    if (form.dataset.passkey === "get") return webauthnJSON.get(asked);
    const alone = form.querySelector("[name=passwordless]").checked;
    const choice = asked.publicKey.authenticatorSelection;
    choice.residentKey = alone ? "required" : "discouraged";
    choice.requireResidentKey = alone;
    if (alone) choice.userVerification = "required";
    return webauthnJSON.create(asked);
  }

  function say(form, reason) {
    const place = form.querySelector("[data-passkey-problem]");
    place.textContent = place.dataset[reason];
    place.hidden = false;
    place.focus();
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-passkey]");
    if (!form) return;
    event.preventDefault();
    if (!window.PublicKeyCredential) {
      say(form, "unsupported");
      return;
    }
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      form.querySelector("[name=credential]").value = JSON.stringify(await made(form));
      form.submit();
    } catch (problem) {
      say(form, REASONS[problem.name] || "failed");
      button.disabled = false;
    }
  });
})();
