/**
 * How `changeset version` words a CHANGELOG: for users, who look for what has changed. So no line begins with the hash of a
 * commit, and what a package depends on is one line, in place of one for each changeset of each dependency.
 */
export default {
  /** A changeset as an item of a list; the lines after its first are indented into the item. */
  async getReleaseLine({ summary }) {
    return `- ${summary.trim().replace(/\n(?=.)/g, "\n  ")}`;
  },

  /** The dependencies that have a new version. All libraries share it, so only the names tell something. */
  async getDependencyReleaseLine(_changesets, dependencies) {
    if (dependencies.length === 0) return "";
    const names = dependencies.map(({ name }) => `\`${name}\``).sort();
    return `- Needs this version of ${new Intl.ListFormat("en-GB").format(names)}.`;
  },
};
