using System;

namespace EdgeMesh.Hub.Tests.Certificates;

/// <summary>A wall clock that a test sets; timers run as ever.</summary>
internal sealed class SettableClock(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}
