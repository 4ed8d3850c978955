"""What we listen for: a brand with its query, its own accounts and its own domains."""

from dataclasses import dataclass

from listener.domain import url as urls
from listener.domain.match import BrandQuery
from listener.domain.post import Author, Post


@dataclass(frozen=True)
class Brand:
    """One brand as configured."""

    name: str
    query: BrandQuery
    accounts: tuple[str, ...] = ()
    """``platform:handle`` or ``platform:id``; ``@`` and ``u/`` before the handle are optional."""
    domains: tuple[str, ...] = ()

    def owns(self, post: Post) -> bool:
        """Say whether the company itself wrote ``post``: by its account, or on a site of its own."""
        return self._owns_author(post.author) or self._owns_site(post)

    def _owns_author(self, author: Author | None) -> bool:
        if author is None:
            return False
        names = {_bare(author.handle), author.native_id.casefold()} - {""}
        # a platform's name may hold a colon itself, as in import:support-desk
        mine = [
            account.removeprefix(f"{author.platform}:")
            for account in self.accounts
            if account.startswith(f"{author.platform}:")
        ]
        return any({_bare(name), name.casefold()} & names for name in mine)

    def _owns_site(self, post: Post) -> bool:
        # what others write under the company's own articles is theirs
        if post.kind != "article":
            return False
        host = urls.host(post.url)
        return any(host == domain or host.endswith("." + domain) for domain in self.domains)


def _bare(handle: str) -> str:
    return handle.removeprefix("@").removeprefix("u/").casefold()
