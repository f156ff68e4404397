namespace EdgeMesh.Device.Programs;

/// <summary>What an image holds: the one public class that implements this, with a constructor without parameters.</summary>
/// <remarks>
/// Both methods run on the client's own thread. A program waits by <see cref="IProgramContext.Sleep"/>, which keeps messages and
/// updates alive; what neither returns nor sleeps is the dead-man's. An exception ends the program: on trial the board boots anew,
/// otherwise the program starts again after a while.
/// </remarks>
public interface IProgram
{
    /// <summary>Called once, first.</summary>
    void Setup(IProgramContext context);

    /// <summary>Called over and over after it.</summary>
    void Loop();
}
