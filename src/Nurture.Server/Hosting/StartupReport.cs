using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Nurture.Server.Hosting;

/// <summary>A line that a slice adds to what the server says of itself once it listens: <c>mail: built-in inbox</c>.</summary>
public sealed record StartupFact(string Name, string Value)
{
    public bool IsWarning { get; init; }
}

public static class StartupReport
{
    public static void ReportStart(this WebApplication app)
    {
        app.Lifetime.ApplicationStarted.Register(() =>
        {
            app.Logger.LogInformation("Nurture listens at {Url}", string.Join(" ", app.ListeningAddresses()));
            foreach (var fact in app.Services.GetServices<StartupFact>())
                app.Logger.Log(fact.IsWarning ? LogLevel.Warning : LogLevel.Information, "{Fact}: {Value}", fact.Name, fact.Value);
        });
    }

    /// <summary>Empty until the server listens.</summary>
    public static ICollection<string> ListeningAddresses(this WebApplication app) =>
        app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
}
