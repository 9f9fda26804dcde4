"""Writes where the tensors of a trace's first step are nonzero, for quick-model.cpp: export-layers.py TRACE.safetensors LAYERS.bin"""
import json,struct,sys,numpy as np
p,out=sys.argv[1:3]
b=open(p,'rb').read(); n=struct.unpack('<Q',b[:8])[0]; h=json.loads(b[8:8+n]); d=memoryview(b)[8+n:]
DT={'F32':np.float32,'F16':np.float16,'U8':np.uint8,'BOOL':np.uint8,'F64':np.float64,'BF16':np.uint16}  # of BF16 only zero or not counts
md=h['__metadata__']; pre=''
if 'layers' in md: L=json.loads(md['layers'])
else: step=json.loads(md['steps'])[0]; L=step['layers']; pre=f"{step['step']}/"  # version 2: the first step
def get(k):
    v=h[pre+k]; o=v['data_offsets']; return np.frombuffer(d[o[0]:o[1]],dtype=DT[v['dtype']]).reshape(v['shape'])
f=open(out,'wb'); f.write(struct.pack('<i',len(L)))
for l in L:
    st=l['stride']; pad=l['padding']; dil=l['dilation']; assert st[0]==st[1] and dil==[1,1]
    F=get(l['name']+'.fmap').reshape(l['N'],l['C'],l['H'],l['W']); E=get(l['name']+'.emap').reshape(l['N'],l['K'],l['P'],l['Q'])
    mk=l['name']+'.mask'; cg=l['C']//l['groups']
    M=get(mk).reshape(l['K'],cg,l['R'],l['S']) if pre+mk in h else np.ones((l['K'],cg,l['R'],l['S']),np.uint8)
    f.write(struct.pack('<12i',*[l['K'],l['C'],l['N'],l['P'],l['Q'],l['R'],l['S'],st[0],pad[0],l['H'],l['W'],l['groups']]))
    for a in (F,E,M): f.write((a!=0).astype(np.uint8).tobytes())
    print(l['name'],'C',l['C'],'K',l['K'],l['H'],'x',l['W'],'->',l['P'],'R',l['R'],'st',st[0],'pad',pad,'g',l['groups'],'N',l['N'],'dF %.3f dE %.3f dM %.3f'%((F!=0).mean(),(E!=0).mean(),(M!=0).mean()))
