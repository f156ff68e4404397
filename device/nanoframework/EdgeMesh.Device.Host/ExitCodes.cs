namespace EdgeMesh.Device.Host;

/// <summary>What the process ends with. A service manager should restart it after none of them but <see cref="Bug"/>.</summary>
public static class ExitCodes
{
    /// <summary>Ended by SIGTERM or SIGINT.</summary>
    public const int Stopped = 0;

    /// <summary>An exception that nobody expected.</summary>
    public const int Bug = 1;

    /// <summary>The command line or the configuration is refused; the line on stderr says why.</summary>
    public const int Refused = 2;

    /// <summary>The board asks for a reboot (<c>EX_TEMPFAIL</c>); only the board's own process ends with it.</summary>
    public const int Reboot = 75;
}
