// A form marked data-choose is sent as soon as something else is chosen; its button stays for those
// without JavaScript.
"use strict";
for (const form of document.querySelectorAll("form[data-choose]")) {
  form.addEventListener("change", () => form.requestSubmit());
}
