using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Nurture.Server.Webhooks;

/// <summary>Where calls may go: configuration section <c>Nurture:Webhooks</c>.</summary>
public sealed record WebhookOptions : IValidatableObject
{
    /// <summary>Hosts by name, and ranges of addresses (<c>10.1.0.0/16</c>), that may be called though they are private, and by plain http.</summary>
    public IReadOnlyList<string> Allow { get; init; } = [];

    /// <summary>How many calls are under way at once.</summary>
    [Range(1, 200)]
    public int Connections { get; init; } = 16;

    /// <summary>How long an attempt may take, in seconds.</summary>
    [Range(1, 120)]
    public int TimeoutSeconds { get; init; } = 20;

    internal IReadOnlyList<IPNetwork> AllowedRanges => [.. Allow.Select(RangeOf).OfType<IPNetwork>()];

    internal bool AllowsHost(string host) => Allow.Any(entry => RangeOf(entry) is null && string.Equals(entry, host, StringComparison.OrdinalIgnoreCase));

    public IEnumerable<ValidationResult> Validate(ValidationContext context)
    {
        foreach (var entry in Allow.Where(entry => RangeOf(entry) is null && Uri.CheckHostName(entry) == UriHostNameType.Unknown))
            yield return new($"\"{entry}\" is neither a host, such as crm.internal, nor a range of addresses, such as 10.1.0.0/16.", [nameof(Allow)]);
    }

    private static IPNetwork? RangeOf(string entry) =>
        IPNetwork.TryParse(entry, out var range) ? range
        : IPAddress.TryParse(entry, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : null;
}
