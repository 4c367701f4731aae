using System.Globalization;

namespace Nurture.Templating;

/// <summary>Finds the template an <c>include</c> names; null when there is none.</summary>
public delegate Template? TemplateLoader(string name);

/// <summary>All that a render depends on besides the template and its model: the same arguments give the same bytes.</summary>
public sealed record RenderOptions
{
    /// <summary>What <c>date.now</c> is.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>What <c>math.random</c> and <c>math.uuid</c> are drawn from.</summary>
    public long Seed { get; init; }

    public TemplateLoader? Loader { get; init; }

    /// <summary>For the printing of numbers and dates, and for functions that read numbers.</summary>
    public CultureInfo Culture { get; init; } = CultureInfo.InvariantCulture;

    /// <summary>The offset from UTC at which a date is shown; null shows every date at the offset it carries.</summary>
    public Func<DateTimeOffset, TimeSpan>? OffsetAt { get; init; }

    public RenderLimits Limits { get; init; } = RenderLimits.Default;

    public CancellationToken Cancel { get; init; }
}
