using Nurture.Conditions;
using Nurture.Templates;
using Nurture.Templating;

namespace Nurture.Scenarios;

/// <summary>What a step says to somebody outside, written out in the scenario: a value, a text with <c>{{ }}</c>, or a map or list of such.</summary>
public abstract record Given
{
    private Given() { }

    /// <summary>Plain, or a path of the passage.</summary>
    public sealed record Value(StartValue Of) : Given;

    public sealed record Text(WrittenText Written) : Given;

    public sealed record Map(IReadOnlyList<KeyValuePair<string, Given>> Members) : Given;

    public sealed record Sequence(IReadOnlyList<Given> Items) : Given;
}

/// <summary>A text with <c>{{ }}</c>, which reads what mails read, and asks what the scenario's conditions ask.</summary>
/// <param name="Source">As written; two are the same where it is.</param>
public sealed record WrittenText(string Source)
{
    public Template Template { get; } = Template.Parse(Source, "text", MailFacts.Text);

    /// <summary>What it asks in the language of conditions, by its text.</summary>
    public IReadOnlyDictionary<string, Fact> Facts { get; init; } = new Dictionary<string, Fact>();

    public bool Equals(WrittenText? other) => other?.Source == Source;

    public override int GetHashCode() => Source.GetHashCode(StringComparison.Ordinal);
}
