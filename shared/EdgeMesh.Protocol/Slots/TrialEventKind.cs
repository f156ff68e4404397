namespace EdgeMesh.Protocol.Slots;

/// <summary>What can happen during a trial.</summary>
public enum TrialEventKind
{
    /// <summary>The program's <c>setup</c> has returned and its <c>loop</c> has run, or it sleeps for the first time.</summary>
    Running,

    /// <summary>An exception ended the program.</summary>
    Faulted,

    /// <summary>The handshake with the hub is made.</summary>
    Online,

    /// <summary>The connection is gone.</summary>
    Offline,

    /// <summary>The hub answered a report.</summary>
    Reported,

    /// <summary>The hub asks for the report again, by offering the same session.</summary>
    ReportWanted,

    /// <summary>The time asked for by <see cref="Trial.DueMs"/> has come.</summary>
    Tick,
}
