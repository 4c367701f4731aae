using Nurture.Harness;
using YamlDotNet.RepresentationModel;

namespace Nurture.EndToEnd;

/// <summary>No container engine runs where these tests run, so what can be checked without one is.</summary>
public sealed class DockerTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "docker");

    [Fact]
    public void Every_file_that_the_Dockerfile_copies_exists()
    {
        var copies = File.ReadLines(Path.Combine(Folder, "Dockerfile"))
            .Where(line => line.StartsWith("COPY ", StringComparison.Ordinal) && !line.Contains("--from="))
            .SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..^1])
            .ToList();

        Assert.NotEmpty(copies);
        Assert.All(copies, source => Assert.True(Path.Exists(Path.Combine(Repository.Root, source)), source));
    }

    [Fact]
    public void Compose_runs_nurture_on_a_healthy_postgres_with_a_mail_catcher()
    {
        var services = Map(Compose(), "services");

        Assert.Equal(["mail", "nurture", "postgres"], services.Children.Keys.Select(key => key.ToString()).Order());
        Assert.All(services.Children.Values, service => Assert.NotEmpty(((YamlSequenceNode)Map((YamlMappingNode)service, "healthcheck")["test"]).Children));
        Assert.Equal("service_healthy", Map(Map(Map(services, "nurture"), "depends_on"), "postgres")["condition"].ToString());
    }

    [Fact]
    public void Every_volume_and_every_file_that_compose_names_exists()
    {
        var compose = Compose();
        var declared = Map(compose, "volumes").Children.Keys.Select(key => key.ToString()).ToHashSet();
        var services = Map(compose, "services").Children.Values.Cast<YamlMappingNode>().ToList();
        var mounts = services.Where(service => service.Children.ContainsKey("volumes"))
            .SelectMany(service => ((YamlSequenceNode)service["volumes"]).Select(volume => volume.ToString().Split(':')[0])).ToList();
        var build = Map(Map(Map(compose, "services"), "nurture"), "build");

        Assert.All(mounts, source => Assert.True(source.StartsWith('.') ? Directory.Exists(Path.Combine(Folder, source)) : declared.Contains(source), source));
        Assert.True(File.Exists(Path.Combine(Folder, build["context"].ToString(), build["dockerfile"].ToString())));
    }

    [Fact]
    public async Task Compose_itself_accepts_the_file()
    {
        var cancel = TestContext.Current.CancellationToken;
        var hasCompose = Path.Exists("/usr/bin/docker") || Path.Exists("/usr/local/bin/docker");
        hasCompose = hasCompose && (await ChildProcess.RunAsync("docker", ["compose", "version"], cancel)).ExitCode == 0;
        Assert.SkipUnless(hasCompose, "this machine has no docker compose");

        var (exitCode, output) = await ChildProcess.RunAsync("env",
            ["NURTURE_POSTGRES_PASSWORD=p", "NURTURE_WRITE_KEY=w", "NURTURE_API_KEY=a", "docker", "compose", "-f", Path.Combine(Folder, "compose.yaml"), "config", "-q"], cancel);

        Assert.True(exitCode == 0, output);
    }

    private static YamlMappingNode Compose()
    {
        var yaml = new YamlStream();
        using var reader = File.OpenText(Path.Combine(Folder, "compose.yaml"));
        yaml.Load(reader);
        return (YamlMappingNode)yaml.Documents.Single().RootNode;
    }

    private static YamlMappingNode Map(YamlMappingNode node, string key) => (YamlMappingNode)node[key];
}
