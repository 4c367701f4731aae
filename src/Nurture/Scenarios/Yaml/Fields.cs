using Nurture.Templating.Syntax;

namespace Nurture.Scenarios.Yaml;

/// <summary>A mapping of which only named keys are read: what is asked for is known, what is left over is a mistake.</summary>
/// <param name="what">How messages call it: <c>a send</c>, <c>the trigger</c>.</param>
internal sealed class Fields(YamlSource source, YamlNode.Mapping mapping, Wording what)
{
    private readonly HashSet<string> read = new(StringComparer.Ordinal);
    private readonly List<(string Key, Wording? Hint)> missing = [];

    public SourceSpan Span => mapping.Span;

    public YamlSource Source => source;

    public Wording What => what;

    public bool Has(string key) => mapping.Entries.Any(e => e.Key.Value == key);

    public SourceSpan? KeySpan(string key) => mapping.Entries.FirstOrDefault(e => e.Key.Value == key)?.Key.Span;

    /// <summary>Null where the key is not there; a key with nothing behind it is a mistake.</summary>
    public YamlNode? this[string key]
    {
        get
        {
            read.Add(key);
            var entry = mapping.Entries.FirstOrDefault(e => e.Key.Value == key);
            if (entry?.Value is not YamlNode.Scalar { IsEmpty: true }) return entry?.Value;
            source.Error(DiagnosticCodes.MissingKey, entry.Key.Span, $"nothing stands behind \"{key}:\"", "Give it a value, or take the line away.");
            return null;
        }
    }

    /// <summary>A key that has to be there; that it is not is said by <see cref="RefuseOthers"/>, unless it is only misspelled.</summary>
    public YamlNode? Required(string key, Wording? hint = null)
    {
        if (!Has(key)) missing.Add((key, hint));
        return this[key];
    }

    /// <summary>As <see cref="Required"/>, and nothing behind the key is a value too.</summary>
    public YamlNode? RequiredOrNothing(string key, Wording? hint = null)
    {
        read.Add(key);
        if (!Has(key)) missing.Add((key, hint));
        return mapping.Entries.FirstOrDefault(e => e.Key.Value == key)?.Value;
    }

    /// <summary>A short place to point at for something about the whole.</summary>
    public SourceSpan HeadSpan => mapping.Entries.Count > 0 ? mapping.Entries[0].Key.Span : source.Span(mapping.Span.Start, mapping.Span.Start + 1);

    /// <summary>Complains about every key that was not asked for, and about those that are missing.</summary>
    /// <param name="elsewhere">Keys that belong somewhere else, with where that is.</param>
    public void RefuseOthers(IReadOnlyDictionary<string, Wording>? elsewhere = null)
    {
        foreach (var (key, _) in mapping.Entries)
        {
            if (read.Contains(key.Value)) continue;
            if (key.Value is "on" or "off" or "yes" or "no" or "y" or "n" && read.Contains("days"))
                source.Error(DiagnosticCodes.BooleanKey, key.Span, $"no key is called \"{key.Value}\", which older YAML reads as a boolean", "Which days are meant stands under days: (all, business or weekend).");
            else if (elsewhere?.GetValueOrDefault(key.Value) is { } instead)
                source.Error(DiagnosticCodes.KeyElsewhere, key.Span, $"{what} has no key \"{key.Value}\"", instead);
            else
            {
                var hint = Suggestions.For(key.Value, read.Where(k => !Has(k)), null) ?? Suggestions.For(key.Value, read, "It may have");
                missing.RemoveAll(one => hint == Suggestions.For(one.Key, [one.Key]));
                source.Error(DiagnosticCodes.UnknownKey, key.Span, $"{what} has no key \"{key.Value}\"", hint);
            }
        }

        foreach (var (key, hint) in missing) source.Error(DiagnosticCodes.MissingKey, HeadSpan, $"{what} has no \"{key}:\"", hint);
        missing.Clear();
    }
}
