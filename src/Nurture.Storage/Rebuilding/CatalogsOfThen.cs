namespace Nurture.Storage.Rebuilding;

/// <summary>The catalogs by which it was decided, compiled; the last few that were asked for are kept.</summary>
internal sealed class CatalogsOfThen(CatalogHistory history, Action<string> mistaken)
{
    private const int Most = 32;

    private readonly LinkedList<PublishedCatalog> recent = [];

    public async Task<Nurture.Scenarios.Catalog> FindAsync(long revision, CancellationToken cancel)
    {
        var node = recent.First;
        while (node is not null && node.Value.Catalog.Revision != revision) node = node.Next;
        if (node is not null) recent.Remove(node);
        else
        {
            var content = await history.FindAsync(revision, cancel)
                ?? throw new ReplayException($"how the catalog stood at revision {revision} is not on record");
            node = new(PublishedCatalog.Of(content, mistaken));
        }

        recent.AddFirst(node);
        if (recent.Count > Most) recent.RemoveLast();
        return node.Value.Catalog;
    }
}

/// <summary>States cannot be made again from what there is; the message says what is missing.</summary>
public sealed class ReplayException(string message) : Exception(message);
