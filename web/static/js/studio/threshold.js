// The threshold workbench: the slider shows the figures of the target it stands on.
const slider = document.getElementById("geser");

if (slider) {
  const choices = JSON.parse(slider.dataset.choices);
  const figures = [...document.querySelectorAll("#akibat [data-field]")];
  const target = document.getElementById("target");

  const written = (value, digits) =>
    value === null ? "–" : value.toFixed(digits).replace(".", ",");

  const show = () => {
    const chosen = choices[Number(slider.value)];
    for (const figure of figures) {
      const { field, unit = "", digits = "1" } = figure.dataset;
      figure.textContent = written(chosen[field], Number(digits)) + unit;
    }
    slider.setAttribute("aria-valuetext", `${written(chosen.percent, 1)}%`);
    if (target) target.value = written(chosen.percent, 1);
  };
  slider.addEventListener("input", show);
  show();
}
