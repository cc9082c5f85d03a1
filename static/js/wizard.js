/* “Switch to …” takes along the name and the address typed so far. An address that holds a password stays. */
"use strict";
(() => {
  const kept = { name: "id_name", base_url: "id_base_url" };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-keeps-typed]");
    if (!link) return;
    const address = new URL(link.href);
    for (const [name, id] of Object.entries(kept)) {
      const typed = document.getElementById(id)?.value ?? "";
      if (typed && !typed.includes("@")) address.searchParams.set(name, typed);
      else address.searchParams.delete(name);
    }
    link.href = address.href;
  });
})();
