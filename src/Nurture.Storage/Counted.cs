namespace Nurture.Storage;

/// <summary>Customers, in SQL: people and accounts of our own are in no figure (SEMANTICS.md 57). There are few of them, and each has a line in an index.</summary>
internal static class Counted
{
    /// <param name="row">The alias of a table with <c>kind</c> and <c>subject_id</c>.</param>
    public static string Subject(string row) =>
        $"(({row}.kind = 1 and {Person($"{row}.subject_id")}) or ({row}.kind = 2 and {row}.subject_id not in (select id from accounts where is_internal = 1)))";

    /// <param name="id">A column with contacts' ids, or 0.</param>
    public static string Person(string id) => $"{id} not in (select id from contacts where is_internal = 1)";
}
