using Nurture.Harness;

namespace Nurture.Chaos.Disturbances;

/// <summary>What goes wrong in a run. It tells what it measured, and what it found to be broken.</summary>
public abstract class Disturbance
{
    public abstract string Name { get; }

    /// <summary>How many servers share the database.</summary>
    public virtual int Nodes => 1;

    /// <summary>Whether PostgreSQL must be the run's own, to be harmed.</summary>
    public virtual bool OwnsDatabase => false;

    /// <summary>Whether it may be unknown afterwards of some mails if they left.</summary>
    public virtual bool LeavesDoubt => true;

    /// <summary>How long there must be load at least, so that everything happens under it.</summary>
    public virtual TimeSpan LoadFor(ChaosOptions options) => TimeSpan.Zero;

    /// <summary>Why it cannot be done here; null where it can.</summary>
    public virtual Task<string?> WhyNotAsync(ChaosOptions options, ScratchFolder scratch, CancellationToken cancel) => Task.FromResult<string?>(null);

    /// <summary>Where the database is: the folder, unless it needs a special one.</summary>
    public virtual string PlaceOf(ScratchFolder scratch) => scratch.Path;

    /// <summary>What the servers are started with besides.</summary>
    public virtual IReadOnlyDictionary<string, string?> Environment(ScratchFolder scratch) => new Dictionary<string, string?>();

    public virtual Task BeforeStartAsync(ServerSettings settings, ChaosOptions options, CancellationToken cancel) => Task.CompletedTask;

    /// <summary>While there is load; all servers run when it returns.</summary>
    public abstract Task RunAsync(Stage stage, CancellationToken cancel);

    /// <summary>When the load is over, before all must become quiet.</summary>
    public virtual Task AfterLoadAsync(Stage stage, CancellationToken cancel) => Task.CompletedTask;

    /// <summary>When the run is over and its database gone.</summary>
    public virtual Task CleanUpAsync(ScratchFolder scratch) => Task.CompletedTask;
}
