using System.Security.Cryptography;
using System.Text;

namespace Nurture.Storage;

/// <summary>
/// How an address is known where it may not stand itself: a keyed hash, so that a list of addresses cannot be tried
/// against a copy of the database. The key is the deployment's and never changes.
/// </summary>
public sealed class AddressHash(byte[] key)
{
    /// <param name="address">In its one normal form (<c>EmailAddress.Key</c>).</param>
    public byte[] Of(string address) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(address));
}
