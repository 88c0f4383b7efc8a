// What is typed and not saved yet, kept by the tab until it is: a reload loses nothing.
export class Drafts {
  // Whoever logs in after somebody else in this tab finds nothing of theirs.
  constructor(person, review, report) {
    this.prefix = `epicrisis-draft/${person}/${review}/${report}/`;
  }

  key(variable, field) {
    return `${this.prefix}${variable}/${field}`;
  }

  get(variable, field) {
    const kept = sessionStorage.getItem(this.key(variable, field));
    return kept === null ? null : JSON.parse(kept);
  }

  set(variable, field, value) {
    try {
      sessionStorage.setItem(this.key(variable, field), JSON.stringify(value));
    } catch {
      // The tab's storage is full: what is typed stands in its field all the same.
    }
  }

  drop(variable, field) {
    sessionStorage.removeItem(this.key(variable, field));
  }

  // The variables of which something is typed in a field.
  of(field) {
    const found = [];
    for (let place = 0; place < sessionStorage.length; place += 1) {
      const key = sessionStorage.key(place);
      if (key.startsWith(this.prefix) && key.endsWith(`/${field}`)) found.push(key.slice(this.prefix.length, -field.length - 1));
    }
    return found;
  }
}
