using EdgeMesh.Device.Programs;

namespace EdgeMesh.Samples;

/// <summary>Neither returns nor sleeps: the dead-man resets the board, and an update to it is rolled back.</summary>
public sealed class Hang : IProgram
{
    /// <inheritdoc/>
    public void Setup(IProgramContext context) => context.Log("From here on nothing moves.");

    /// <inheritdoc/>
    public void Loop()
    {
        while (true)
        {
        }
    }
}
