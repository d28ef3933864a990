// Files of the conversation as addresses within this page, each fetched once: a file needs the
// session's token, which no address may carry.
export class Opened {
  constructor(api, token) {
    Object.assign(this, { api, token, addresses: new Map() });
  }

  // Resolves to the address of the file of message `seq`; rejects as api.js does.
  address(seq) {
    if (!this.addresses.has(seq)) {
      const coming = this.api.file(this.token, seq).then((blob) => URL.createObjectURL(blob));
      coming.catch(() => this.addresses.delete(seq));
      this.addresses.set(seq, coming);
    }
    return this.addresses.get(seq);
  }

  forget() {
    for (const coming of this.addresses.values()) coming.then((address) => URL.revokeObjectURL(address), () => {});
    this.addresses.clear();
  }
}
