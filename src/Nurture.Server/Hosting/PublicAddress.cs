using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Nurture.Server.Hosting;

/// <summary>What links in mails begin with, without a slash at the end.</summary>
public sealed class PublicAddress(NurtureOptions options, IServer server)
{
    /// <exception cref="InvalidOperationException">Asked before the server listens, and no <c>PublicUrl</c> is set.</exception>
    public string Url => (options.PublicUrl
        ?? server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault()
        ?? throw new InvalidOperationException("The server listens nowhere yet; set Nurture__PublicUrl.")).TrimEnd('/');
}
