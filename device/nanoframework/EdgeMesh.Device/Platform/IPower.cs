namespace EdgeMesh.Device.Platform;

/// <summary>The reset line.</summary>
public interface IPower
{
    /// <summary>Resets the board. Never returns; where the platform cannot do that, it throws <see cref="BoardResetException"/>.</summary>
    void Reboot();
}
