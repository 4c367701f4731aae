using Nurture.Conformance;

namespace Nurture.Templating.Tests;

/// <summary>
/// The short form; the long one is <c>Nurture.Conformance fuzz --runs 200000 --seed 1 FOLDER…</c>, which also takes its
/// templates from folders.
/// </summary>
public sealed class FuzzTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(20261121)]
    public void Nothing_comes_of_a_mutated_template_but_its_output_a_diagnostic_or_an_error_in_its_place(int seed)
    {
        var counts = FuzzRun.Of(seed, 3_000, FuzzCorpus.Own);

        Assert.Empty(counts.Failures);
        Assert.InRange(counts.Rendered, 100, 3_000);
    }
}
