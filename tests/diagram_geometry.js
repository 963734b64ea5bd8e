/* Returns what is wrong with the drawings on the page, as one sentence each.  All lengths are in rendered pixels. */
() => {
  const CLEAR = 2.5;       // air between a label and the nearest line
  const SMALLEST = 11;     // size of text
  const TEXT_RATIO = 4.5;  // WCAG 1.4.3
  const LINE_RATIO = 3;    // WCAG 1.4.11

  const problems = [];

  const luminance = (colour) => {
    const [r, g, b] = colour.match(/[\d.]+/g).map((part) => {
      const c = part / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const meet = (a, b, air = 0) =>
    a.left < b.right + air && b.left < a.right + air && a.top < b.bottom + air && b.top < a.bottom + air;
  const holds = (outer, inner) =>
    outer.left <= inner.left && outer.right >= inner.right && outer.top <= inner.top && outer.bottom >= inner.bottom;

  for (const svg of document.querySelectorAll("svg.diagram")) {
    const name = svg.querySelector("title").id.replace(/-title$/, "");
    const say = (words) => problems.push(`${name}: ${words}`);
    const whole = svg.getBoundingClientRect();
    const scale = whole.width / svg.viewBox.baseVal.width;

    const shapes = [...svg.querySelectorAll("rect, path, circle")].map((node, order) => {
      const matrix = node.getScreenCTM();
      const length = node.getTotalLength();
      const points = [];
      if (!node.classList.contains("canvas")) {
        for (let at = 0; at <= length; at += 1) points.push(node.getPointAtLength(at).matrixTransform(matrix));
      }
      const style = getComputedStyle(node);
      return {
        node, order, points, matrix: matrix.inverse(), place: node.getBoundingClientRect(),
        fill: style.fill, stroke: style.stroke, wire: node.classList.contains("wire"),
        box: node.classList.contains("box") && style.fill !== "none",
      };
    });
    const labels = [...svg.querySelectorAll("text")].map((node) => ({
      node, words: node.textContent, place: node.getBoundingClientRect(),
    }));

    /* What is painted at a point, below the shape of that order or below a label. */
    const behind = (x, y, order = Infinity) =>
      shapes.findLast(
        (shape) =>
          shape.order < order && shape.fill !== "none" &&
          shape.node.isPointInFill(new DOMPoint(x, y).matrixTransform(shape.matrix)),
      );

    for (const [number, label] of labels.entries()) {
      const { place, words } = label;
      const size = parseFloat(getComputedStyle(label.node).fontSize) * scale;
      if (size < SMALLEST) say(`"${words}" is ${size.toFixed(1)} px small`);
      if (!holds(whole, place)) say(`"${words}" leaves the drawing`);
      for (const other of labels.slice(number + 1)) {
        if (meet(place, other.place)) say(`"${words}" overlaps "${other.words}"`);
      }
      const zone = {
        left: place.left - CLEAR, right: place.right + CLEAR, top: place.top - 1, bottom: place.bottom + 1,
      };
      const touched = shapes.find((shape) =>
        shape.points.some((p) => p.x > zone.left && p.x < zone.right && p.y > zone.top && p.y < zone.bottom),
      );
      if (touched) say(`"${words}" touches a ${touched.wire ? "wire" : "box"}`);
      const ground = behind((place.left + place.right) / 2, (place.top + place.bottom) / 2);
      const ratio = ground ? contrast(getComputedStyle(label.node).fill, ground.fill) : 0;
      if (ratio < TEXT_RATIO) say(`"${words}" has contrast ${ratio.toFixed(2)}`);
    }

    const boxes = shapes.filter((shape) => shape.box);
    for (const [number, box] of boxes.entries()) {
      for (const other of boxes.slice(number + 1)) {
        const apart = !meet(box.place, other.place, 2);
        if (!apart && !holds(box.place, other.place)) say(`boxes ${number} and ${boxes.indexOf(other)} overlap`);
      }
    }
    const leaves = boxes.filter((box) => !boxes.some((other) => other !== box && holds(box.place, other.place)));
    for (const shape of shapes.filter((each) => each.wire)) {
      for (const leaf of leaves) {
        const inside = (p) => leaf.node.isPointInFill(new DOMPoint(p.x, p.y).matrixTransform(leaf.matrix));
        if (shape.points.some(inside)) say(`a wire runs into box ${boxes.indexOf(leaf)}`);
      }
    }
    for (const shape of shapes.filter((each) => each.stroke !== "none")) {
      const grounds = new Set(shape.points.filter((_, i) => i % 8 === 0).map((p) => behind(p.x, p.y, shape.order)?.fill));
      if (shape.fill !== "none") grounds.add(shape.fill);
      for (const ground of grounds) {
        const ratio = ground ? contrast(shape.stroke, ground) : 0;
        if (ratio < LINE_RATIO) say(`a line has contrast ${ratio.toFixed(2)}`);
      }
    }
  }
  return [...new Set(problems)].sort();
}
