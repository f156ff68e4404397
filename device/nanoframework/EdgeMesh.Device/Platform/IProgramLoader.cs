using EdgeMesh.Device.Programs;

namespace EdgeMesh.Device.Platform;

/// <summary>Makes a new, unstarted program.</summary>
public delegate IProgram ProgramConstructor();

/// <summary>From the bytes of an image to the program in it.</summary>
public interface IProgramLoader
{
    /// <summary>Loads an image once per boot: neither runtime can unload one.</summary>
    /// <returns>The constructor of its program; null where it has none, with the reason as a sentence.</returns>
    ProgramConstructor? Load(byte[] image, out string problem);
}
