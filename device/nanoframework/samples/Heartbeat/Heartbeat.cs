using EdgeMesh.Device.Programs;

namespace EdgeMesh.Samples;

/// <summary>Publishes that it is alive every few seconds. Version 2 beats faster and answers the command <c>count</c>.</summary>
public sealed class Heartbeat : IProgram
{
#if HEARTBEAT_2
    private const long PeriodMs = 1000;
    private const int ProgramVersion = 2;
#else
    private const long PeriodMs = 2000;
    private const int ProgramVersion = 1;
#endif

    private IProgramContext? _context;
    private long _count;

    /// <inheritdoc/>
    public void Setup(IProgramContext context)
    {
        _context = context;
#if HEARTBEAT_2
        context.Command = (name, data) => name == "count" ? new Readings().Add("count", _count) : null;
#endif
        context.SetState(new Readings().Add("heartbeat_version", ProgramVersion));
    }

    /// <inheritdoc/>
    public void Loop()
    {
        _count++;
        _context!.Publish(new Readings().Add("heartbeat_version", ProgramVersion).Add("count", _count).Add("uptime_ms", _context.NowMs));
        _context.Sleep(PeriodMs);
    }
}
