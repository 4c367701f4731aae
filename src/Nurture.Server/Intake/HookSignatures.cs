using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Nurture.Intake.Hooks;
using Nurture.Server.Webhooks;

namespace Nurture.Server.Intake;

/// <summary>Whether a request was signed by who has the hook's secret, and not long ago.</summary>
public static class HookSignatures
{
    /// <summary>Null where it was; else what is wrong, for who sends it.</summary>
    /// <param name="header">A header's value by its name; null where it is not there.</param>
    /// <param name="now">Of the machine's clock.</param>
    public static string? Complaint(HookSignature signature, IReadOnlyList<string> secrets, Func<string, string?> header, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        if (header(signature.Header) is not { Length: > 0 } given) return $"The header {signature.Header} is missing: requests are signed.";
        var timestamp = signature.TimestampHeader is { } name ? header(name) : null;
        if (signature.TimestampHeader is not null)
        {
            if (timestamp is null || !long.TryParse(timestamp, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds) || seconds is < 0 or > 253_402_300_799)
                return $"The header {signature.TimestampHeader} does not say when it was signed, in seconds since 1970.";
            var age = now - DateTimeOffset.FromUnixTimeSeconds(seconds);
            if (age.Duration() > signature.Tolerance) return $"It was signed {Math.Abs(age.TotalSeconds):0} s {(age > TimeSpan.Zero ? "ago" : "from now")}, and {signature.Tolerance.TotalSeconds:0} s are allowed: is a clock wrong, or is it sent anew?";
        }

        const string wrong = "The signature is of another secret or another body.";
        if (signature.IsStandard)
        {
            if (header("webhook-id") is not { Length: > 0 } id) return "The header webhook-id is missing.";
            return StandardSignature.IsGood(secrets, id, timestamp!, body, given) ? null : wrong;
        }

        if (!given.StartsWith(signature.Prefix, StringComparison.Ordinal)) return $"The header {signature.Header} does not begin with {signature.Prefix}";
        byte[] signed = signature.SignsTimestamp ? [.. Encoding.UTF8.GetBytes($"{timestamp}."), .. body] : [.. body];
        var mac = Decoded(given[signature.Prefix.Length..].Trim(), signature.Encoding);
        if (mac is null) return $"What stands in {signature.Header} is not {(signature.Encoding == HookEncoding.Hex ? "hex" : "Base64")}.";
        return secrets.Any(secret => CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed), mac)) ? null : wrong;
    }

    private static byte[]? Decoded(string text, HookEncoding encoding)
    {
        try
        {
            return encoding == HookEncoding.Hex ? Convert.FromHexString(text) : Convert.FromBase64String(text);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
